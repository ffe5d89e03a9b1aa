/** Whether the committed output is what was pushed. */
package io.github.flinkkvs.chaos.check;
