/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the figures of a benchmark into a result file and into the documentation. */
public final class Report {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    /**
     * Writes the file {@code benchmarks/results/NAME.json}, and replaces the tables and images of
     * that benchmark in {@code docs/benchmarks.md}.
     *
     * @param root the folder of the project
     * @param result the content of the file, with the charts in its property {@code charts}, from
     *     which {@code Plots} draws the images
     */
    public static void publish(
            Path root, String name, Object result, String tables, List<Chart> charts)
            throws IOException {
        Path document = root.resolve("docs/benchmarks.md");
        String text = Files.readString(document);
        String begin = "<!-- " + name + " results: begin -->\n";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("<!-- " + name + " results: end -->");
        if (from < begin.length() || to < from) {
            throw new IOException(document + " has no place for the results of " + name);
        }
        Path file = root.resolve("benchmarks/results/" + name + ".json");
        Files.createDirectories(file.getParent());
        JSON.writeValue(file.toFile(), result);
        StringBuilder shown = new StringBuilder(tables.strip());
        for (Chart chart : charts) {
            shown.append("\n\n![")
                    .append(chart.title())
                    .append("](images/")
                    .append(chart.file())
                    .append(".png)");
        }
        Files.writeString(document, text.substring(0, from) + shown + '\n' + text.substring(to));
    }

    private Report() {}
}
