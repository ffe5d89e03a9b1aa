/** Files of fragments and of records: merged Matroska files, and one file per record. */
package io.github.flinkkvs.media.file;
