/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.examples.managed;

import org.apache.flink.api.dag.Pipeline;
import org.apache.flink.client.program.StreamContextEnvironment;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.PipelineExecutor;
import org.apache.flink.core.execution.PipelineExecutorFactory;
import org.apache.flink.core.execution.PipelineExecutorServiceLoader;
import org.apache.flink.streaming.api.graph.StreamGraph;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The environment that the service gives to a job: Flink's own, set to refuse jobs whose code
 * changes the configuration. It takes a job and does not run it.
 */
final class ServiceEnvironment implements PipelineExecutorServiceLoader, PipelineExecutorFactory {

    /** One of the options that code may set on the service. */
    static final String ALLOWED = "pipeline.object-reuse";

    /** A main method. */
    interface Job {
        void main() throws Exception;
    }

    private static final class JobTaken extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private StreamGraph taken;

    private ServiceEnvironment() {}

    /**
     * Returns the job that a main method submits.
     *
     * @throws Exception what the main method throws, for example because the job is refused
     */
    static StreamGraph submit(Job job) throws Exception {
        ServiceEnvironment service = new ServiceEnvironment();
        Configuration configuration =
                new Configuration()
                        .set(DeploymentOptions.TARGET, service.getName())
                        .set(DeploymentOptions.PROGRAM_CONFIG_ENABLED, false)
                        .set(DeploymentOptions.PROGRAM_CONFIG_WILDCARDS, List.of(ALLOWED));
        StreamContextEnvironment.setAsContext(
                service, configuration, ServiceEnvironment.class.getClassLoader(), true, false);
        try {
            job.main();
        } catch (Exception e) {
            if (service.taken == null) {
                throw e;
            }
        } finally {
            StreamContextEnvironment.unsetAsContext();
        }
        return service.taken;
    }

    @Override
    public PipelineExecutorFactory getExecutorFactory(Configuration configuration) {
        return this;
    }

    @Override
    public Stream<String> getExecutorNames() {
        return Stream.of(getName());
    }

    @Override
    public String getName() {
        return "service";
    }

    @Override
    public boolean isCompatibleWith(Configuration configuration) {
        return true;
    }

    @Override
    public PipelineExecutor getExecutor(Configuration configuration) {
        return this::take;
    }

    private CompletableFuture<JobClient> take(
            Pipeline job, Configuration configuration, ClassLoader classes) {
        taken = (StreamGraph) job;
        return CompletableFuture.failedFuture(new JobTaken());
    }
}
