/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.chaos.report;

import io.github.flinkkvs.chaos.run.Injected;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** How long it took to get over the faults of one kind, in milliseconds. Not thread-safe. */
final class RecoveryTimes {
    private final List<Long> first = new ArrayList<>();
    private final List<Long> all = new ArrayList<>();
    private final List<Long> afterRestore = new ArrayList<>();

    /** Adds those of a report. */
    void add(JsonNode report) {
        add(first, report.get("firstMillis"));
        add(all, report.get("allMillis"));
        add(afterRestore, report.get("afterRestoreMillis"));
    }

    private static void add(List<Long> times, JsonNode more) {
        more.forEach(time -> times.add(time.asLong()));
    }

    int count() {
        return first.size();
    }

    void add(Injected fault) {
        first.add(fault.firstMillis());
        all.add(fault.allMillis());
        fault.restoreMillis().ifPresent(restore -> afterRestore.add(fault.firstMillis() - restore));
    }

    /** The head of the table whose rows are {@link #markdown}. */
    static String head() {
        return "| fault | injected | first row after, median | max"
                + " | all cameras, median | max | after the restore, median | max |\n"
                + "|---|---|---|---|---|---|---|---|\n";
    }

    String markdown(String title) {
        return "| %s | %d | %s | %s | %s |\n"
                .formatted(title, first.size(), cells(first), cells(all), cells(afterRestore));
    }

    private static String cells(List<Long> millis) {
        return millis.isEmpty()
                ? "| "
                : String.format(
                        Locale.ROOT,
                        "%.1f s | %.1f s",
                        median(millis) / 1000.0,
                        Collections.max(millis) / 1000.0);
    }

    ObjectNode json(ObjectMapper mapper) {
        ObjectNode json = mapper.createObjectNode().put("injected", first.size());
        json.set("firstMillis", mapper.valueToTree(first));
        json.set("allMillis", mapper.valueToTree(all));
        json.set("afterRestoreMillis", mapper.valueToTree(afterRestore));
        return json;
    }

    static double median(List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2.0;
    }
}
