/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.benchmarks.decode;

import io.github.flinkkvs.benchmarks.report.Median;

import java.util.List;

/**
 * The measurements of one input with one size of pictures, round by round.
 *
 * @param ours those of the connector's decoder
 * @param program those of the ffmpeg program of the system
 * @param sameBuild those of the ffmpeg program shipped with the libraries that our decoder calls
 */
record Row(
        String input,
        String video,
        String picture,
        List<Decoding> ours,
        List<Decoding> program,
        List<Decoding> sameBuild) {

    static Median framesPerSecond(List<Decoding> rounds) {
        return Median.of(rounds.stream().mapToDouble(Decoding::framesPerSecond).toArray());
    }

    /** The speed of ours relative to another one, round by round. */
    Median speed(List<Decoding> others) {
        double[] ratios = new double[ours.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = ours.get(i).framesPerSecond() / others.get(i).framesPerSecond();
        }
        return Median.of(ratios);
    }
}
