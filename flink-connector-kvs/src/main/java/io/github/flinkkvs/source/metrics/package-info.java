/** What the source measures of itself. */
package io.github.flinkkvs.source.metrics;
