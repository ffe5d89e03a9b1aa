/**
 * The connector in a whole Flink job, beside the AWS SDK's client alone: throughput, CPU time and
 * latency. Service and job run in processes of their own.
 */
package io.github.flinkkvs.benchmarks.job;
