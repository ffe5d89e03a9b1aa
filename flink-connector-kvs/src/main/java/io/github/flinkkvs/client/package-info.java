/**
 * All that a reader or the enumerator needs from the service. Below it: {@code media}, one call
 * that delivers media; {@code streams}, what the service says about streams; {@code sdk}, clients
 * of the AWS SDK and their threads; {@code errors}, what an error means; {@code aws}, configuration
 * and credentials. Each may import those after it. From Flink, only options are used here.
 */
package io.github.flinkkvs.client;
