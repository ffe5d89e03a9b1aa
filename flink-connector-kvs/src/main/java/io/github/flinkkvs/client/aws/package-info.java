/** AWS configuration: options, their validation, credentials, trusted certificates. */
package io.github.flinkkvs.client.aws;
