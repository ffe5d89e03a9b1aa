/** What the streams of one reader share: the lock, the timer, the memory, the service. */
package io.github.flinkkvs.source.resources;
