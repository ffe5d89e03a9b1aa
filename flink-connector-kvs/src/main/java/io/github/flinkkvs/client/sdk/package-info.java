/** Clients of the AWS SDK, their threads, and the pace of their calls. */
package io.github.flinkkvs.client.sdk;
