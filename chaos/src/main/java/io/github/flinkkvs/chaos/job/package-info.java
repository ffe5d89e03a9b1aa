/** The job, in a jar of its own, which Flink loads. */
package io.github.flinkkvs.chaos.job;
