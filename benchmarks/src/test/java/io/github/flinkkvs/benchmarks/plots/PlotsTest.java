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

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class PlotsTest {

    @Test
    void drawsWhatResultsHave(@TempDir Path folder) throws Exception {
        Chart bars =
                Chart.bars(
                        "bars",
                        "Bars",
                        "MB/s",
                        List.of("a", "b"),
                        List.of(
                                new Chart.Series(
                                        "one",
                                        Arrays.asList(10.0, null),
                                        Arrays.asList(9.0, null),
                                        Arrays.asList(12.0, null)),
                                new Chart.Series("two", List.of(100.0, 20.0), null, null)));
        Chart lines =
                Chart.lines(
                        "lines",
                        "Lines",
                        "percentile",
                        "ms",
                        true,
                        List.of(1.0, 2.0, 3.0),
                        List.of(new Chart.Series("one", List.of(1.0, 4.0, 9.0), null, null)));
        Path results = Files.createDirectory(folder.resolve("results"));
        new ObjectMapper()
                .writeValue(
                        results.resolve("a.json").toFile(),
                        Map.of("anything", "else", "charts", List.of(bars, lines)));
        Files.writeString(results.resolve("b.json"), "{\"figures\": [1, 2]}");

        Path images = folder.resolve("images");
        assertThat(Plots.draw(results, images))
                .containsExactly(images.resolve("bars.png"), images.resolve("lines.png"));
        for (String name : List.of("bars.png", "lines.png")) {
            BufferedImage image = ImageIO.read(images.resolve(name).toFile());
            long colours =
                    Arrays.stream(
                                    image.getRGB(
                                            0,
                                            0,
                                            image.getWidth(),
                                            image.getHeight(),
                                            null,
                                            0,
                                            image.getWidth()))
                            .distinct()
                            .count();
            assertThat(colours).as(name).isGreaterThan(10);
        }
    }
}
