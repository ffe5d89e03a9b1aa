/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.source.StartingPosition;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import javax.annotation.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The options that say where a job reads from; every job has them. */
final class InputOptions {

    /** Of the job that has these options. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--replay",
            paramLabel = "FILE",
            description = {
                "Recorded output of GetMedia, to be served by the embedded service. Give it once for"
                        + " each file; the stream has the name of the file without its suffix.",
                "Stops when all fragments were read; one that was broken off is left out."
            })
    private List<Path> recordings = new ArrayList<>();

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description = {
                "A server of Kinesis Video Streams, such as"
                        + " https://kinesisvideo.eu-central-1.amazonaws.com. The credentials are"
                        + " those that the AWS SDK finds: environment, profile and so on.",
                "Runs until stopped, unless there is --fragments."
            })
    @Nullable
    private String endpoint;

    @Option(
            names = "--region",
            paramLabel = "R",
            description = "With --endpoint: the region of the streams.")
    @Nullable
    private String region;

    @Option(
            names = "--streams",
            paramLabel = "a,b",
            split = ",",
            description = "With --endpoint: names or ARNs of the streams.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            converter = StartConverter.class,
            description = {
                "With --endpoint: where to begin, if not now.",
                "earliest: the oldest fragment of each stream",
                "now: fragments that begin to arrive from now on",
                "2026-01-31T08:00:00Z: fragments of that server time and later",
                "FRAGMENT_NUMBER: what follows that fragment (of a single stream)"
            })
    @Nullable
    private StartingPosition from;

    @Option(
            names = "--fragments",
            paramLabel = "N",
            description = {
                "Stops after N fragments of all streams together.",
                "Without --replay and --endpoint a job stops after some."
            })
    @Nullable
    private Long fragments;

    /**
     * Opens what the options name.
     *
     * @param scripted what there is without options, with so many fragments; null if no option says
     *     how many
     */
    Input open(Function<Long, Input> scripted) {
        check(fragments == null || fragments > 0, "--fragments must be above 0");
        if (endpoint == null) {
            check(
                    region == null && streams.isEmpty() && from == null,
                    "--region, --streams and --from need --endpoint");
            return recordings.isEmpty()
                    ? scripted.apply(fragments)
                    : Replay.open(recordings, fragments == null ? 0 : fragments);
        }
        check(recordings.isEmpty(), "--replay and --endpoint exclude each other");
        check(region != null, "--endpoint needs --region");
        check(!streams.isEmpty(), "--endpoint needs --streams");
        check(streams.stream().noneMatch(String::isBlank), "--streams has an empty name");
        check(
                streams.size() == 1
                        || from == null
                        || from.kind() != StartingPosition.Kind.AFTER_FRAGMENT,
                "A fragment number is one of a single stream: give one with --streams");
        return Endpoint.open(
                endpointUri(),
                region,
                streams,
                from == null ? StartingPosition.now() : from,
                fragments == null ? 0 : fragments);
    }

    private URI endpointUri() {
        URI uri = null;
        try {
            uri = URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            // said below
        }
        check(
                uri != null
                        && uri.getHost() != null
                        && ("http".equalsIgnoreCase(uri.getScheme())
                                || "https".equalsIgnoreCase(uri.getScheme())),
                "--endpoint is no URL with http or https and a host: '" + endpoint + "'");
        return uri;
    }

    private void check(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
