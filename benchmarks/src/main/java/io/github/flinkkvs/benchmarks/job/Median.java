/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.job;

import java.util.Arrays;

/**
 * The median of a sample, and an interval that holds the true median with at least 95 % confidence,
 * whatever the distribution: between two values of the sample, by the binomial distribution of how
 * many of them are below the median. A sample of less than 6 gives its least and greatest value.
 */
record Median(double median, double low, double high) {

    private static final double ERROR = 0.05;

    static Median of(double... sample) {
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        // The greatest rank below which the median lies with a probability of at most 2.5 %.
        int outside = -1;
        double probability = Math.pow(0.5, n);
        double sum = probability;
        while (sum <= ERROR / 2) {
            outside++;
            probability *= (double) (n - outside) / (outside + 1);
            sum += probability;
        }
        int rank = Math.max(outside, 0);
        return new Median(
                (sorted[(n - 1) / 2] + sorted[n / 2]) / 2, sorted[rank], sorted[n - 1 - rank]);
    }

    @Override
    public String toString() {
        return String.format("%.2f (%.2f–%.2f)", median, low, high);
    }
}
