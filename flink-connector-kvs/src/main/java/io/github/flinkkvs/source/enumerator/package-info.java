/** The part of the source that runs in the JobManager: finds the streams and places them. */
package io.github.flinkkvs.source.enumerator;
