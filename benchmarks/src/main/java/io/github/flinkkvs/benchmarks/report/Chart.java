/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.report;

import com.fasterxml.jackson.annotation.JsonInclude;

import javax.annotation.Nullable;

import java.util.List;

/**
 * The content of a plot: bars over {@link #categories()}, or lines over {@link #x()}.
 *
 * @param file the name of the image, without its suffix
 * @param categories the names of the bars; null for lines
 * @param xTitle the title of the x axis; null for bars
 * @param x the x values of the lines, the same for all series; null for bars
 * @param logarithmic whether the y axis is logarithmic; never for bars, which begin at 0
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Chart(
        String file,
        String title,
        @Nullable String xTitle,
        String yTitle,
        boolean logarithmic,
        @Nullable List<String> categories,
        @Nullable List<Double> x,
        List<Series> series) {

    /**
     * One colour of a chart.
     *
     * @param values the values; an element is null if there is none
     * @param low the lower bounds of the intervals; null if there are no intervals
     * @param high the upper bounds of the intervals; null if there are no intervals
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Series(
            String name,
            List<Double> values,
            @Nullable List<Double> low,
            @Nullable List<Double> high) {}

    public static Chart bars(
            String file,
            String title,
            String yTitle,
            List<String> categories,
            List<Series> series) {
        return new Chart(file, title, null, yTitle, false, categories, null, series);
    }

    public static Chart lines(
            String file,
            String title,
            String xTitle,
            String yTitle,
            boolean logarithmic,
            List<Double> x,
            List<Series> series) {
        return new Chart(file, title, xTitle, yTitle, logarithmic, null, x, series);
    }
}
