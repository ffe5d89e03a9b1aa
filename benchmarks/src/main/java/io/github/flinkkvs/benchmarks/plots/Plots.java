/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.plots;

import io.github.flinkkvs.benchmarks.report.Chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import javax.annotation.Nullable;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** Draws the charts of all results as PNG images. */
@Command(
        name = "plots",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Draws the charts of all results.")
public final class Plots implements Callable<Integer> {

    private static final int WIDTH = 1200;
    private static final int HEIGHT = 600;

    private static final ObjectMapper JSON = new ObjectMapper();

    @Option(
            names = "--root",
            paramLabel = "DIR",
            defaultValue = "${sys:benchmarks.root}",
            description =
                    "The folder of the project: draws benchmarks/results/*.json into docs/images"
                            + " (${DEFAULT-VALUE}).")
    private Path root;

    public static void main(String[] args) {
        System.setProperty("java.awt.headless", "true");
        System.exit(new CommandLine(new Plots()).execute(args));
    }

    @Override
    public Integer call() throws IOException {
        for (Path image : draw(root.resolve("benchmarks/results"), root.resolve("docs/images"))) {
            System.out.println(image);
        }
        return 0;
    }

    /** Draws the charts of all result files in a folder, and returns the images. */
    static List<Path> draw(Path results, Path images) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(results)) {
            files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        }
        Files.createDirectories(images);
        List<Path> drawn = new ArrayList<>();
        for (Path file : files) {
            for (JsonNode node : JSON.readTree(file.toFile()).path("charts")) {
                Chart chart = JSON.treeToValue(node, Chart.class);
                Path image = images.resolve(chart.file() + ".png");
                BitmapEncoder.saveBitmap(
                        chart.categories() == null ? lines(chart) : bars(chart),
                        image.toString(),
                        BitmapFormat.PNG);
                drawn.add(image);
            }
        }
        return drawn;
    }

    private static CategoryChart bars(Chart chart) {
        CategoryChart bars =
                new CategoryChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(chart.title())
                        .yAxisTitle(chart.yTitle())
                        .build();
        style(bars.getStyler(), chart);
        bars.getStyler().setXAxisLabelRotation(30);
        for (Chart.Series series : chart.series()) {
            bars.addSeries(series.name(), chart.categories(), series.values(), errors(series));
        }
        return bars;
    }

    private static XYChart lines(Chart chart) {
        XYChart lines =
                new XYChartBuilder()
                        .width(WIDTH)
                        .height(HEIGHT)
                        .title(chart.title())
                        .xAxisTitle(chart.xTitle())
                        .yAxisTitle(chart.yTitle())
                        .build();
        style(lines.getStyler(), chart);
        for (Chart.Series series : chart.series()) {
            lines.addSeries(series.name(), chart.x(), series.values(), errors(series));
        }
        return lines;
    }

    private static void style(AxesChartStyler styler, Chart chart) {
        styler.setLegendPosition(LegendPosition.OutsideE);
        styler.setYAxisLogarithmic(chart.logarithmic());
        styler.setChartBackgroundColor(Color.WHITE);
    }

    /**
     * Returns the length of each half of an error bar: the larger part of the interval, because the
     * library draws both halves alike. Returns null, as the library expects it, for a series
     * without intervals or with gaps.
     */
    @Nullable
    private static List<Double> errors(Chart.Series series) {
        if (series.low() == null || series.high() == null || series.values().contains(null)) {
            return null;
        }
        List<Double> errors = new ArrayList<>();
        for (int i = 0; i < series.values().size(); i++) {
            double value = series.values().get(i);
            errors.add(Math.max(value - series.low().get(i), series.high().get(i) - value));
        }
        return errors;
    }
}
