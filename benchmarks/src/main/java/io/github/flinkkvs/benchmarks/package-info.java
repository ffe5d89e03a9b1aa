/** Measures the connector beside its peers and the limit of the machine. */
package io.github.flinkkvs.benchmarks;
