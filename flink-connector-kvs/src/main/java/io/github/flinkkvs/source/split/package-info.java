/** The unit of work and of state: one stream and how far it was read. */
package io.github.flinkkvs.source.split;
