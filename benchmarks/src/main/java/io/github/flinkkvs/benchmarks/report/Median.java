/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.report;

import java.util.Arrays;
import java.util.Locale;

/**
 * The median of repeated measurements, with an interval that contains the true median in at least
 * 95 of 100 cases. The bounds of the interval are measurements, so nothing is assumed about their
 * distribution. With fewer than six measurements the interval goes from the lowest to the highest,
 * and means less.
 */
public record Median(double value, double low, double high) {

    private static final double DOUBT = 0.05;

    public static Median of(double... measured) {
        double[] sorted = measured.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        double middle = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
        int below = outside(n);
        return new Median(middle, sorted[below], sorted[n - 1 - below]);
    }

    /** How many measurements the interval leaves out at each end, by the binomial distribution. */
    private static int outside(int n) {
        int count = 0;
        double probability = Math.pow(0.5, n);
        double sum = probability;
        while (true) {
            probability *= (double) (n - count) / (count + 1);
            sum += probability;
            if (2 * sum > DOUBT) {
                return count;
            }
            count++;
        }
    }

    /** Returns the value with the given number of decimals, and the interval if it is wanted. */
    public String text(int decimals, boolean interval) {
        String number = "%." + decimals + "f";
        return interval
                ? String.format(
                        Locale.ROOT, number + " (" + number + "–" + number + ")", value, low, high)
                : String.format(Locale.ROOT, number, value);
    }
}
