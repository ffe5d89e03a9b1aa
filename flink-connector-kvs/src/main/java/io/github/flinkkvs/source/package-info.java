/** The Flink source: {@link io.github.flinkkvs.source.KvsSource} and how it is configured. */
package io.github.flinkkvs.source;
