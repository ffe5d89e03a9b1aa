/** The cost of sharing a reader's memory. */
package io.github.flinkkvs.benchmarks.memory;
