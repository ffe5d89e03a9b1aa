/**
 * The connector in a whole Flink job, compared with the bare client of the AWS SDK: throughput, CPU
 * time and latency. Service and job run in processes of their own.
 */
package io.github.flinkkvs.benchmarks.job;
