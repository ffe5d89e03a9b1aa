/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.backfill;

import org.junit.jupiter.api.Test;

import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

class ProgressLineTest {

    private final StringWriter written = new StringWriter();
    private final AtomicLong nanos = new AtomicLong();

    private ProgressLine line(int columns) {
        return new ProgressLine(new PrintWriter(new BufferedWriter(written)), columns, nanos::get);
    }

    private void after(double seconds) {
        nanos.addAndGet((long) (seconds * 1e9));
    }

    @Test
    void aTerminalShowsTheLastText() {
        ProgressLine line = line(80);
        line.update(() -> "long text");
        after(0.3);
        line.update(() -> "short");
        after(0.1);
        line.update(() -> "too early");
        assertThat(written.toString()).isEqualTo("\rlong text\rshort    ");
        assertThat(screen()).isEqualTo("short    ");
        line.clear();
        assertThat(screen()).isBlank();
        line.clear();
        line.println("done");
        assertThat(screen()).startsWith("done").doesNotContain("short");
    }

    /** What follows stands where the text was. */
    private String screen() {
        StringBuilder screen = new StringBuilder();
        int at = 0;
        for (char c : written.toString().toCharArray()) {
            if (c == '\r') {
                at = 0;
            } else if (at < screen.length()) {
                screen.setCharAt(at++, c);
            } else {
                screen.append(c);
                at++;
            }
        }
        return screen.toString();
    }

    @Test
    void aLineThatStaysRemovesTheText() {
        ProgressLine line = line(80);
        line.update(() -> "a text of some length");
        line.println("live");
        assertThat(screen()).matches("live *\\R *");
        after(1);
        line.update(() -> "next");
        assertThat(written.toString()).endsWith("\rnext");
    }

    @Test
    void aTerminalNeverWraps() {
        line(80).update(() -> "x".repeat(200));
        assertThat(written.toString()).isEqualTo("\r" + "x".repeat(79));
    }

    @Test
    void aFileHasPlainLinesNowAndThen() {
        ProgressLine line = line(0);
        for (int i = 0; i < 50; i++) {
            String text = "text " + i;
            line.update(() -> text);
            after(0.1);
        }
        line.println("live");
        line.clear();
        assertThat(written.toString().lines())
                .containsExactly("text 0", "text 20", "text 40", "live");
        assertThat(written.toString()).doesNotContain("\u001B").doesNotContain("\r\r");
    }

    @Test
    void theFirstTextIsShownWhateverTheClockSays() {
        nanos.set(Duration.ofDays(-100).toNanos());
        line(0).update(() -> "first");
        assertThat(written.toString()).startsWith("first");
    }
}
