/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples;

import io.github.flinkkvs.examples.backfill.CatchUp;
import io.github.flinkkvs.examples.backfill.FragmentCheck;
import io.github.flinkkvs.examples.backfill.ProgressLine;
import io.github.flinkkvs.examples.backfill.ReadFragment;
import io.github.flinkkvs.examples.backfill.StoredFragments;
import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.examples.input.StoredHistory;
import io.github.flinkkvs.examples.input.StreamChoice;
import io.github.flinkkvs.examples.run.ExampleJob;
import io.github.flinkkvs.examples.run.ExampleMain;
import io.github.flinkkvs.mkv.Fragment;
import io.github.flinkkvs.source.KvsSource;
import io.github.flinkkvs.source.serialization.KvsDeserializationSchema;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import javax.annotation.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads the stored media of streams, goes on live, and checks that every fragment came once. */
@Command(
        name = "backfill",
        header = "Reads stored media, goes on live, and checks that every fragment came once.",
        description = {
            "Shows on standard error how far it has come, how fast it is, and when it will have"
                    + " caught up. Prints, for each stream, how many fragments came from the archive"
                    + " and how many from GetMedia. Fails unless every fragment that the service lists came"
                    + " exactly once, in order.",
            "",
            "Without options it reads a simulated camera in an embedded service that has stored 100"
                    + " minutes of its media, with all quotas of the service.",
            ""
        })
public final class BackfillJob extends ExampleJob {

    /** The width of the terminal; run.sh sets it if standard error is one. */
    private static final String COLUMNS = "examples.columns";

    @Option(
            names = "--live",
            paramLabel = "N",
            defaultValue = "3",
            description =
                    "Stops when each stream has caught up and sent N fragments live;"
                            + " ${DEFAULT-VALUE} by default.")
    private int live;

    @Spec private CommandSpec spec;

    private final CatchUp catchUp = new CatchUp();
    private final Map<String, FragmentCheck> checks = new TreeMap<>();
    private ProgressLine progress;

    public static void main(String[] arguments) {
        ExampleMain.main(new CommandLine(new BackfillJob()), arguments);
    }

    @Override
    public Integer call() throws Exception {
        if (live < 1) {
            throw new ParameterException(spec.commandLine(), "--live must be greater than 0");
        }
        progress =
                new ProgressLine(
                        spec.commandLine().getErr(),
                        Integer.getInteger(COLUMNS, 0),
                        System::nanoTime);
        return super.call();
    }

    @Override
    protected Input simulated(@Nullable Long fragments, StreamChoice streams) {
        return StoredHistory.open(fragments, live, streams);
    }

    @Override
    protected DataStream<String> define(StreamExecutionEnvironment env, Input input) {
        KvsSource<Fragment> source =
                input.<Fragment>source()
                        .setDeserializationSchema(KvsDeserializationSchema.tagsOnly())
                        .build();
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), "Kinesis video streams")
                .uid("kvs")
                .map(ReadFragment::toLine)
                .returns(Types.STRING)
                .uid("line");
    }

    @Override
    protected boolean show(String line, Input input) {
        ReadFragment fragment = ReadFragment.ofLine(line);
        FragmentCheck check =
                checks.computeIfAbsent(fragment.stream(), name -> new FragmentCheck());
        if (!fragment.isArchived() && check.fromGetMedia() == 0 && check.archived() > 0) {
            progress.println(
                    fragment.stream()
                            + ": goes on with GetMedia after "
                            + check.archived()
                            + " fragments of the archive");
        }
        check.add(fragment);
        catchUp.read(fragment, System.nanoTime());
        progress.update(() -> catchUp.describe(System.currentTimeMillis()));
        return checks.size() < input.streams().names().size()
                || checks.values().stream().anyMatch(each -> each.live() < live);
    }

    @Override
    protected void finish(Input input) {
        progress.clear();
        StoredFragments stored = new StoredFragments(input);
        List<String> wrong = new ArrayList<>();
        checks.forEach(
                (stream, check) -> {
                    List<String> problems =
                            check.problems(
                                    stored.list(stream, check.firstMillis(), check.lastMillis()));
                    if (problems.isEmpty()) {
                        spec.commandLine()
                                .getOut()
                                .printf(
                                        Locale.ROOT,
                                        "%s: every fragment came once, in order: %d from the"
                                                + " archive, %d from GetMedia%n",
                                        stream,
                                        check.archived(),
                                        check.fromGetMedia());
                    } else {
                        wrong.add(stream + ": " + String.join("; ", problems));
                    }
                });
        if (!wrong.isEmpty()) {
            throw new ExampleException(String.join(". ", wrong));
        }
    }
}
