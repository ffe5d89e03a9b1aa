/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Whether something grows. It does if its trend is certainly upwards, and if it has come further
 * than what varies anyhow.
 *
 * @param what has grown or not
 * @param perHour how it moves
 * @param growth by how much it has grown, by its trend
 * @param allowed by how much it may, which is less than one job would leave behind
 */
record SoakVerdict(String what, Trend perHour, double growth, double allowed, boolean grows) {

    /** The first part of the time: compilers, caches and pools are not filled before. */
    private static final double BEGIN = 0.2;

    /** Of fewer samples no trend is certain. */
    private static final int LEAST = 10;

    static List<SoakVerdict> of(List<SoakRun.Row> rows) {
        List<SoakVerdict> verdicts = new ArrayList<>();
        verdicts.add(of("heap, MB", 5, rows, JvmProbe.Sample::heapMegabytes));
        verdicts.add(of("direct memory, MB", 2, rows, JvmProbe.Sample::directMegabytes));
        verdicts.add(of("Metaspace, MB", 2, rows, JvmProbe.Sample::metaspaceMegabytes));
        verdicts.add(of("classes", 200, rows, JvmProbe.Sample::classes));
        verdicts.add(of("descriptors", 5, rows, JvmProbe.Sample::descriptors));
        verdicts.add(of("threads", 2, rows, JvmProbe.Sample::threads));
        return verdicts;
    }

    /**
     * @param rows at least three
     */
    static SoakVerdict of(
            String what,
            double allowed,
            List<SoakRun.Row> rows,
            ToDoubleFunction<JvmProbe.Sample> figure) {
        boolean enough = rows.size() >= LEAST;
        List<SoakRun.Row> counted =
                enough ? rows.subList((int) (BEGIN * rows.size()), rows.size()) : rows;
        List<Double> hours = counted.stream().map(row -> row.minute() / 60).toList();
        Trend perHour =
                Trend.of(
                        hours,
                        counted.stream().map(row -> figure.applyAsDouble(row.jvm())).toList());
        double growth = perHour.slope() * (hours.get(hours.size() - 1) - hours.get(0));
        return new SoakVerdict(
                what, perHour, growth, allowed, enough && perHour.low() > 0 && growth > allowed);
    }
}
