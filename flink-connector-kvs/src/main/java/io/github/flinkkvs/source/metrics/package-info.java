/** The metrics of the source. */
package io.github.flinkkvs.source.metrics;
