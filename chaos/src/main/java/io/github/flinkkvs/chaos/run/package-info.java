/** A run, from its beginning to its verdict. */
package io.github.flinkkvs.chaos.run;
