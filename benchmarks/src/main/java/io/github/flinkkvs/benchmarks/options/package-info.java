/** Options that several benchmarks have. */
package io.github.flinkkvs.benchmarks.options;
