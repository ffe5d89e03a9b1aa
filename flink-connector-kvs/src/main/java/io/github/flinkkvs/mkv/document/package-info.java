/** A fragment as a tree of all its elements. */
package io.github.flinkkvs.mkv.document;
