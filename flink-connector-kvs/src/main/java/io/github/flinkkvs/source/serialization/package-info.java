/** From fragments to records, and the type of fragments as records. */
package io.github.flinkkvs.source.serialization;
