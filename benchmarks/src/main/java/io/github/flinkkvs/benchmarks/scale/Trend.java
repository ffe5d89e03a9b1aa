/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import java.util.List;
import java.util.Locale;

/**
 * How a figure moves over time: the slope of the line through all samples that is nearest to them,
 * with an interval that contains the true slope in 95 of 100 cases if the samples scatter around a
 * line independently of each other.
 *
 * @param slope per unit of time
 * @param low the lower end of the interval
 * @param high the upper end of the interval
 */
record Trend(double slope, double low, double high) {

    /** The quantile of the normal distribution; that of Student's is near it from 30 samples on. */
    private static final double WIDTH = 1.96;

    /**
     * @param times at least three, not all equal
     */
    static Trend of(List<Double> times, List<Double> values) {
        int n = times.size();
        double meanTime = mean(times);
        double meanValue = mean(values);
        double spread = 0;
        double together = 0;
        for (int i = 0; i < n; i++) {
            spread += Math.pow(times.get(i) - meanTime, 2);
            together += (times.get(i) - meanTime) * (values.get(i) - meanValue);
        }
        double slope = together / spread;
        double errors = 0;
        for (int i = 0; i < n; i++) {
            double expected = meanValue + slope * (times.get(i) - meanTime);
            errors += Math.pow(values.get(i) - expected, 2);
        }
        double width = WIDTH * Math.sqrt(errors / Math.max(1, n - 2) / spread);
        return new Trend(slope, slope - width, slope + width);
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(value -> value).average().orElseThrow();
    }

    /** The slope with its interval. */
    String text(int decimals) {
        String number = "%." + decimals + "f";
        return String.format(
                Locale.ROOT, number + " (" + number + " to " + number + ")", slope, low, high);
    }
}
