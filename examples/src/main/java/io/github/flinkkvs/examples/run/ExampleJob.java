/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.run;

import io.github.flinkkvs.examples.errors.ExampleException;
import io.github.flinkkvs.examples.input.Cameras;
import io.github.flinkkvs.examples.input.Input;
import io.github.flinkkvs.examples.input.InputOptions;
import io.github.flinkkvs.examples.input.StreamChoice;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import javax.annotation.Nullable;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * The part that all jobs share: options, running the job, printing its lines, and the summary. A
 * job defines the stream of lines, by default one line per fragment.
 *
 * <p>The lines come back to the client through Flink's own collecting sink. So there is one output
 * in one place, with each line once, whether the job runs in this process or on a cluster.
 */
public abstract class ExampleJob implements Callable<Integer> {

    /** A line comes back when a checkpoint has confirmed it, so this is also the delay. */
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofMillis(250);

    private static final String FRAGMENT = "fragment";

    @Mixin private InputOptions options;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this help.")
    private boolean help;

    @Spec private CommandSpec spec;

    /** Defines the job: from the source to the lines to print. */
    protected abstract DataStream<String> define(StreamExecutionEnvironment env, Input input);

    /**
     * Opens what the job reads without options.
     *
     * @param fragments the number of fragments; null if no option sets it
     * @param streams which of the simulated streams to read; empty for all
     */
    protected Input simulated(@Nullable Long fragments, StreamChoice streams) {
        return Cameras.open(fragments == null ? Cameras.FRAGMENTS : fragments, streams);
    }

    /** The streams of a server that the job takes if no option names any; by default it must. */
    protected List<String> knownStreams() {
        return List.of();
    }

    /**
     * The word for what a line stands for. If that is not a fragment, the job itself stops after
     * {@link Input#maxFragments()} (see {@link FirstFragments}), and ends its lines with an empty
     * one.
     */
    protected String unit() {
        return FRAGMENT;
    }

    /**
     * Shows a line of the job; by default prints it.
     *
     * @return whether to go on
     */
    protected boolean show(String line, Input input) {
        spec.commandLine().getOut().println(line);
        return true;
    }

    /**
     * What has come of the job.
     *
     * @param shown how many lines were shown
     */
    protected String summary(long shown, Input input) {
        return count(shown, unit());
    }

    /** Called when there are no more lines to show, and the job has ended. */
    protected void finish(Input input) {}

    @Override
    public Integer call() throws Exception {
        Input input = options.open(this::simulated, knownStreams());
        long shown = input.hasStreams() ? run(input) : 0;
        finish(input);
        spec.commandLine()
                .getErr()
                .println(spec.name() + ": " + summary(shown, input) + input.remark());
        return 0;
    }

    /** A number of things. */
    protected static String count(long number, String unit) {
        return String.format(Locale.ROOT, "%d %s%s", number, unit, number == 1 ? "" : "s");
    }

    private long run(Input input) throws Exception {
        StreamExecutionEnvironment env = environment();
        boolean counted = unit().equals(FRAGMENT);
        long limit = counted && input.maxFragments() > 0 ? input.maxFragments() : Long.MAX_VALUE;
        long shown;
        // Closing the iterator cancels the job if it is still running.
        try (CloseableIterator<String> lines =
                define(env, input).executeAndCollect("kvs-example-" + spec.name())) {
            shown = show(lines, limit, input);
        }
        // The reader of the output may have gone, as with "| head".
        if (counted
                && !spec.commandLine().getOut().checkError()
                && shown < Math.min(limit, input.expectedFragments())) {
            throw new ExampleException(
                    "Only "
                            + shown
                            + " of "
                            + input.expectedFragments()
                            + " fragments came out of the job");
        }
        return shown;
    }

    /** Shows lines, and returns how many. */
    private long show(Iterator<String> lines, long limit, Input input) {
        long shown = 0;
        boolean more = true;
        while (more && shown < limit && lines.hasNext()) {
            String line = lines.next();
            if (line.isEmpty()) {
                break;
            }
            shown++;
            more = show(line, input) && !spec.commandLine().getOut().checkError();
        }
        return shown;
    }

    private static StreamExecutionEnvironment environment() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(CHECKPOINT_INTERVAL.toMillis());
        if (env instanceof LocalStreamEnvironment) {
            env.setParallelism(1);
            // Show what is wrong at once instead of restarting.
            env.configure(new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none"));
        }
        return env;
    }

    /** Refuses the command line unless a condition holds. */
    protected final void check(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }
}
