/** What an error of the service means, and how long to wait after it. */
package io.github.flinkkvs.client.errors;
