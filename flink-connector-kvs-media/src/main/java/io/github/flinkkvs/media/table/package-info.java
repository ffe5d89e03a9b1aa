/** Flink SQL functions of fragments and frames, and the module that brings them. */
package io.github.flinkkvs.media.table;
