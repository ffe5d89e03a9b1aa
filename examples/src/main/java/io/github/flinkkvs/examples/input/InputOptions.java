/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.input;

import io.github.flinkkvs.source.KvsSourceOptions;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;
import io.github.flinkkvs.source.StartingPosition;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import javax.annotation.Nullable;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The options that set where a job reads from. Every job has them. */
public final class InputOptions {

    /** The job that has these options. */
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--replay",
            paramLabel = "FILE",
            description = {
                "Recorded output of GetMedia; the embedded service serves it. Repeat the option for"
                        + " further files. A stream has the name of its file without the suffix.",
                "Stops when all fragments were read. Leaves out fragments that were broken off."
            })
    private List<Path> recordings = new ArrayList<>();

    @Option(
            names = "--region",
            paramLabel = "R",
            description = {
                "The region of the streams. The job reads from AWS, or from --endpoint, with the"
                        + " credentials that the AWS SDK finds (environment, profile and so on).",
                "Runs until you stop it, or up to --fragments."
            })
    @Nullable
    private String region;

    @Option(
            names = "--endpoint",
            paramLabel = "URL",
            description =
                    "With --region: another server of Kinesis Video Streams than AWS, such as"
                            + " http://localhost:4567.")
    @Nullable
    private String endpoint;

    @Option(
            names = "--streams",
            paramLabel = "a,b",
            split = ",",
            description = "With --region: names or ARNs of the streams.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = "--stream-prefix",
            paramLabel = "P",
            description = {
                "All streams, now or later, whose names begin with P, instead of --streams.",
                "Without --region: the names of the simulated streams begin with P."
            })
    @Nullable
    private String prefix;

    @Option(
            names = "--stream-pattern",
            paramLabel = "REGEX",
            description =
                    "All streams, now or later, whose whole names match, instead of --streams.")
    @Nullable
    private String pattern;

    @Option(
            names = "--stream-tag",
            paramLabel = "KEY=VALUE",
            description = {
                "All streams, now or later, with this tag, instead of --streams. Repeat the option"
                        + " for further tags.",
                "Prefix, pattern and tags together select the streams that fit all of them."
            })
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = "--from",
            paramLabel = "POSITION",
            converter = StartConverter.class,
            description = {
                "With --region: where reading begins; now by default.",
                "earliest: the oldest fragment of each stream",
                "now: fragments that the service begins to receive from now on",
                "2026-01-31T08:00:00Z: fragments with that server time or a later one",
                "FRAGMENT_NUMBER: the fragments after that one (for a single stream)"
            })
    @Nullable
    private StartingPosition from;

    @Option(
            names = "--history",
            paramLabel = "WAY",
            description = {
                "How media that is stored already is read; auto by default.",
                "live: with GetMedia, at 5 fragments a second",
                "archive: with ListFragments and GetMediaForFragmentList, at up to 500 a second",
                "auto: as archive if there is much of it, else as live"
            })
    @Nullable
    private HistoryMode history;

    @Option(
            names = "--fragments",
            paramLabel = "N",
            description = {
                "Stops after N fragments of all streams together.",
                "Without --replay and --region, a job stops after a few by itself."
            })
    @Nullable
    private Long fragments;

    /** Opens the input that there is if no option names another one. */
    @FunctionalInterface
    public interface Simulation {

        /**
         * @param fragments how many fragments to read; null if no option says so
         * @param streams which of its streams to read; empty for all
         */
        Input open(@Nullable Long fragments, StreamChoice streams);
    }

    /**
     * Opens the input that the options name.
     *
     * @param known the streams of a server if no option names any; empty if the job knows none
     */
    public Input open(Simulation simulation, List<String> known) {
        check(fragments == null || fragments > 0, "--fragments must be greater than 0");
        StreamChoice choice = streams();
        if (region != null && choice.isEmpty()) {
            choice = StreamChoice.named(known);
        }
        Input input = region == null ? openLocal(simulation, choice) : openServer(choice);
        if (history != null) {
            input.config().set(KvsSourceOptions.HISTORY, history);
        }
        return input;
    }

    private StreamChoice streams() {
        check(streams.stream().noneMatch(String::isBlank), "--streams has an empty name");
        Pattern compiled = null;
        try {
            compiled = pattern == null ? null : Pattern.compile(pattern);
        } catch (PatternSyntaxException e) {
            check(false, "--stream-pattern is no regular expression: " + e.getMessage());
        }
        StreamChoice choice = new StreamChoice(streams, prefix, compiled, tags);
        check(
                streams.isEmpty() || !choice.isSelection(),
                "--streams excludes --stream-prefix, --stream-pattern and --stream-tag");
        return choice;
    }

    private Input openLocal(Simulation simulation, StreamChoice choice) {
        check(endpoint == null, "--endpoint needs --region");
        check(streams.isEmpty() && from == null, "--streams and --from need --region");
        if (recordings.isEmpty()) {
            return simulation.open(fragments, choice);
        }
        check(
                choice.isEmpty(),
                "--replay reads all of its recordings: leave out --stream-prefix, --stream-pattern"
                        + " and --stream-tag");
        return Replay.open(recordings, fragments == null ? 0 : fragments);
    }

    private Input openServer(StreamChoice choice) {
        check(recordings.isEmpty(), "--replay and --region exclude each other");
        check(
                !choice.isEmpty(),
                "--region needs --streams, --stream-prefix, --stream-pattern or --stream-tag");
        check(
                streams.size() == 1
                        || from == null
                        || from.kind() != StartingPosition.Kind.AFTER_FRAGMENT,
                "A fragment number belongs to one stream: name a single stream with --streams");
        return Endpoint.open(
                endpoint == null ? null : endpointUri(),
                region,
                choice,
                from == null ? StartingPosition.now() : from,
                fragments == null ? 0 : fragments);
    }

    private URI endpointUri() {
        URI uri = null;
        try {
            uri = URI.create(endpoint);
        } catch (IllegalArgumentException e) {
            // reported below
        }
        check(
                uri != null
                        && uri.getHost() != null
                        && ("http".equalsIgnoreCase(uri.getScheme())
                                || "https".equalsIgnoreCase(uri.getScheme())),
                "--endpoint must be a URL with http or https and a host, not '" + endpoint + "'");
        return uri;
    }

    private void check(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
