/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.examples.errors.Failures;
import io.github.flinkkvs.examples.events.CameraEvent;
import io.github.flinkkvs.examples.events.EventFile;
import io.github.flinkkvs.examples.events.WatchedHouse;
import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.examples.input.StreamChoice;
import io.github.flinkkvs.examples.output.WriteClip;
import io.github.flinkkvs.examples.run.ExampleJob;
import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.media.clip.Clip;
import io.github.flinkkvs.media.clip.ClipException;
import io.github.flinkkvs.media.clip.ClipRequest;
import io.github.flinkkvs.media.clip.ClipTypeInfo;
import io.github.flinkkvs.media.clip.FetchClip;
import io.github.flinkkvs.source.KvsSourceOptions.HistoryMode;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.Either;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

import javax.annotation.Nullable;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Writes the media around each event of an alarm system as a file. */
@Command(
        name = "clips",
        header = "Writes the media around each event, such as an alarm, as a file that plays.",
        description = {
            "Joins events, each with a stream and a time, with the archived media of that stream,"
                    + " writes it to DIR/STREAM/TIME-NAME, and prints the name of the file and its"
                    + " length. An event without media is reported, and the job goes on. The job"
                    + " does not read the streams, so --from, --fragments and --history do not apply.",
            "",
            "Without options it takes the events of a simulated alarm system, and two simulated"
                    + " cameras in an embedded service that has stored two minutes of their media.",
            ""
        })
public final class ClipsJob extends ExampleJob {

    /** More than clip.timeout, so that a clip that takes too long says why. */
    private static final int TIMEOUT_MINUTES = 3;

    /** The options that restrict the events to those of some streams. */
    private static final List<String> SELECTION =
            List.of("--streams", "--stream-prefix", "--stream-pattern", "--stream-tag");

    /** How many events wait for their clips at a time. */
    private static final int CAPACITY = 100;

    @Option(
            names = "--events",
            paramLabel = "FILE",
            description = {
                "A CSV file of events. Each line is STREAM,TIME,NAME, such as",
                "front-door,2026-01-31T08:00:00Z,doorbell",
                "The name may be missing. With --streams, --stream-prefix, --stream-pattern or"
                        + " --stream-tag, only events of those streams count; by default all do."
            })
    @Nullable
    private Path file;

    @Option(
            names = "--before",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "A clip begins so long before its event; ${DEFAULT-VALUE} by default.")
    private int before;

    @Option(
            names = "--after",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "A clip ends so long after its event; ${DEFAULT-VALUE} by default.")
    private int after;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "mkv",
            description =
                    "mkv, for every codec, or mp4, which browsers and phones play;"
                            + " ${DEFAULT-VALUE} by default.")
    private Clip.Format format;

    @Option(
            names = "--clock",
            paramLabel = "CLOCK",
            defaultValue = "producer",
            description = {
                "Whose clock the events are by; ${DEFAULT-VALUE} by default.",
                "producer: the camera's",
                "server: the service's, when the media arrived"
            })
    private ClipRequest.Clock clock;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "clips",
            description =
                    "The folder of the files; ${DEFAULT-VALUE} in the working directory by default.")
    private Path folder;

    @Spec private CommandSpec spec;

    private List<CameraEvent> events = List.of();
    private int ofOtherStreams;
    private int files;

    public static void main(String[] arguments) {
        ExampleMain.main(new CommandLine(new ClipsJob()), arguments);
    }

    @Override
    public Integer call() throws Exception {
        ParseResult given = spec.commandLine().getParseResult();
        check(before >= 0 && after >= 0, "--before and --after must not be negative");
        check(
                !given.hasMatchedOption("--from") && !given.hasMatchedOption("--fragments"),
                "The events say what to fetch: leave out --from and --fragments");
        check(
                given.matchedOptionValue("--history", HistoryMode.AUTO) != HistoryMode.LIVE,
                "Clips come from the archive: leave out --history");
        check(
                file != null
                        || !given.hasMatchedOption("--region")
                                && !given.hasMatchedOption("--replay"),
                "--region and --replay need --events");
        if (file != null) {
            events = EventFile.read(file);
        }
        return super.call();
    }

    @Override
    protected Input simulated(@Nullable Long fragments, StreamChoice streams) {
        WatchedHouse house = WatchedHouse.open(streams);
        if (file == null) {
            events = house.events();
        }
        return house.input();
    }

    @Override
    protected List<String> knownStreams() {
        return events.stream().map(CameraEvent::stream).distinct().toList();
    }

    @Override
    protected String unit() {
        return "file";
    }

    @Override
    protected DataStream<String> define(StreamExecutionEnvironment env, Input input) {
        Around around = new Around(before, after, format, clock);
        // In a job of your own they come from a topic, or from a source with tags of its fragments.
        DataStream<CameraEvent> happened =
                env.fromData(happened(input, around), TypeInformation.of(CameraEvent.class))
                        .uid("events");
        FetchClip<CameraEvent, Either<String, Tuple2<CameraEvent, Clip>>> fetch =
                FetchClip.of(around)
                        .setConfig(input.aws())
                        .setResult(
                                Types.EITHER(
                                        Types.STRING,
                                        Types.TUPLE(
                                                TypeInformation.of(CameraEvent.class),
                                                ClipTypeInfo.INSTANCE)),
                                (event, clip) ->
                                        Either.<String, Tuple2<CameraEvent, Clip>>Right(
                                                Tuple2.of(event, clip)))
                        .setFailure(ClipsJob::withoutClip)
                        .build();
        // One task fetches the clips of a stream, and writes its files.
        return AsyncDataStream.unorderedWait(
                        happened.keyBy(CameraEvent::stream, Types.STRING),
                        fetch,
                        TIMEOUT_MINUTES,
                        TimeUnit.MINUTES,
                        CAPACITY)
                .uid("clips")
                .map(new WriteClip(folder.toString(), input.labels()))
                .uid("write");
    }

    /** What was reported of the streams that were chosen, with the names that the service knows. */
    private List<CameraEvent> happened(Input input, Around around) {
        List<CameraEvent> all =
                events.stream()
                        .map(
                                event ->
                                        new CameraEvent(
                                                input.nameOf(event.stream()),
                                                event.time(),
                                                event.name()))
                        .toList();
        List<String> streams = all.stream().map(CameraEvent::stream).toList();
        ParseResult given = spec.commandLine().getParseResult();
        boolean selected = SELECTION.stream().anyMatch(given::hasMatchedOption);
        Set<String> chosen =
                selected ? input.streams().chosen(streams, input) : Set.copyOf(streams);
        List<CameraEvent> happened =
                all.stream().filter(event -> chosen.contains(event.stream())).toList();
        if (happened.isEmpty()) {
            throw new ExampleException("No event is of the streams that were chosen");
        }
        ofOtherStreams = all.size() - happened.size();
        for (CameraEvent event : happened) {
            try {
                around.of(event);
            } catch (IllegalArgumentException | DateTimeException e) {
                throw new ExampleException("The event " + event + ": " + e.getMessage());
            }
        }
        return happened;
    }

    /** Which clip an event needs. */
    private record Around(int before, int after, Clip.Format format, ClipRequest.Clock clock)
            implements FetchClip.Request<CameraEvent> {

        @Override
        public ClipRequest of(CameraEvent event) {
            return ClipRequest.of(
                            event.stream(),
                            event.time().minusSeconds(before),
                            event.time().plusSeconds(after))
                    .withFormat(format)
                    .withClock(clock);
        }
    }

    /** Whatever concerns this event only is a result like any other. */
    private static Either<String, Tuple2<CameraEvent, Clip>> withoutClip(
            CameraEvent event, ClipException failure) throws ClipException {
        if (failure.kind() == ClipException.Kind.REFUSED) {
            throw failure;
        }
        String name = event.name().isEmpty() ? "" : event.name() + ": ";
        return Either.Left(name + failure.getMessage());
    }

    @Override
    protected boolean show(String line, Input input) {
        if (WriteClip.isFile(line)) {
            files++;
            return super.show(line, input);
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println(Failures.line(line));
        // Now, not at the end of the job.
        err.flush();
        return true;
    }

    @Override
    protected String summary(long shown, Input input) {
        long without = shown - files;
        return count(files, unit())
                + (without == 0 ? "" : ", " + count(without, "event") + " without a clip")
                + (ofOtherStreams == 0
                        ? ""
                        : ", left out " + count(ofOtherStreams, "event") + " of other streams");
    }
}
