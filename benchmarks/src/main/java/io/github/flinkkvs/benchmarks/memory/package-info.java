/** What it costs to share a reader's memory. */
package io.github.flinkkvs.benchmarks.memory;
