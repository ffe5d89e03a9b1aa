/** What both the service and the job know: checksums, and rows of the output. */
package io.github.flinkkvs.chaos.record;
