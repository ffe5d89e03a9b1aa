/**
 * The service's side: AWS configuration and SDK clients, what is known of a stream, one GetMedia
 * call, and what an error means. Knows the package {@code mkv}, nothing of Flink but its options.
 */
package io.github.flinkkvs.client;
