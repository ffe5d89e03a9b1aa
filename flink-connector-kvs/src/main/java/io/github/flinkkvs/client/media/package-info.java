/** Calls that deliver media, and the endpoints that serve them. */
package io.github.flinkkvs.client.media;
