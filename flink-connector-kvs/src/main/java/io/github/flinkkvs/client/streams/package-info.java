/** What the service says about streams: ARN, retention, its clock, the streams of an account. */
package io.github.flinkkvs.client.streams;
