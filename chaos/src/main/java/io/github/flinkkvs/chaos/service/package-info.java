/** The embedded service as a process, and what is pushed into its streams. */
package io.github.flinkkvs.chaos.service;
