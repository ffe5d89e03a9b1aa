/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.backfill;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Shows progress: one line that is rewritten on a terminal, and plain lines from time to time
 * elsewhere. Writes no escape codes. Not thread-safe.
 */
public final class ProgressLine {

    private static final long TERMINAL_NANOS = Duration.ofMillis(200).toNanos();
    private static final long PLAIN_NANOS = Duration.ofSeconds(2).toNanos();

    private final PrintWriter out;
    private final int columns;
    private final LongSupplier nanoTime;

    private boolean shownBefore;
    private long shownAt;

    /** The length of the text on the terminal that the next one has to cover. */
    private int shownLength;

    /**
     * @param columns the width of the terminal; 0 if the output is none
     * @param nanoTime the time now, as of {@link System#nanoTime}
     */
    public ProgressLine(PrintWriter out, int columns, LongSupplier nanoTime) {
        this.out = out;
        this.columns = columns;
        this.nanoTime = nanoTime;
    }

    /** Shows the text, unless another one was shown just before. */
    public void update(Supplier<String> text) {
        long now = nanoTime.getAsLong();
        if (shownBefore && now - shownAt < (columns > 0 ? TERMINAL_NANOS : PLAIN_NANOS)) {
            return;
        }
        shownBefore = true;
        shownAt = now;
        if (columns > 0) {
            overwrite(text.get());
        } else {
            out.println(text.get());
        }
        out.flush();
    }

    /** Writes a line that stays. */
    public void println(String line) {
        clear();
        out.println(line);
        out.flush();
    }

    /** Removes the text from the terminal, so that whatever comes next has the line to itself. */
    public void clear() {
        if (shownLength > 0) {
            overwrite("");
            out.print('\r');
            out.flush();
        }
    }

    private void overwrite(String text) {
        // A line that wraps could not be rewritten.
        String shown = text.substring(0, Math.min(text.length(), columns - 1));
        out.print('\r' + shown + " ".repeat(Math.max(0, shownLength - shown.length())));
        shownLength = shown.length();
    }
}
