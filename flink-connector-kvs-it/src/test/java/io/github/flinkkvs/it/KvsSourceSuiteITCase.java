/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.it;

import org.apache.flink.connector.testframe.environment.ClusterControllable;
import org.apache.flink.connector.testframe.environment.MiniClusterTestEnvironment;
import org.apache.flink.connector.testframe.environment.TestEnvironment;
import org.apache.flink.connector.testframe.external.ExternalContextFactory;
import org.apache.flink.connector.testframe.external.source.DataStreamSourceExternalContext;
import org.apache.flink.connector.testframe.junit.annotations.TestContext;
import org.apache.flink.connector.testframe.junit.annotations.TestEnv;
import org.apache.flink.connector.testframe.junit.annotations.TestSemantics;
import org.apache.flink.connector.testframe.testsuites.SourceTestSuiteBase;
import org.apache.flink.core.execution.CheckpointingMode;

import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.concurrent.TimeUnit;

/** All of Flink's own test cases for sources. */
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@ExtendWith(LeakCheck.class)
class KvsSourceSuiteITCase extends SourceTestSuiteBase<String> {

    @TestSemantics CheckpointingMode[] semantics = {CheckpointingMode.EXACTLY_ONCE};

    @TestEnv MiniClusterTestEnvironment flink = new MiniClusterTestEnvironment();

    @TestContext
    ExternalContextFactory<KvsSourceContext> contexts = testName -> new KvsSourceContext();

    // The source is created before its streams are filled: tell it how many there will be.

    @Override
    @TestTemplate
    public void testSourceSingleSplit(
            TestEnvironment environment,
            DataStreamSourceExternalContext<String> context,
            CheckpointingMode semantic)
            throws Exception {
        ((KvsSourceContext) context).streams(1);
        super.testSourceSingleSplit(environment, context, semantic);
    }

    @Override
    @TestTemplate
    public void testTaskManagerFailure(
            TestEnvironment environment,
            DataStreamSourceExternalContext<String> context,
            ClusterControllable cluster,
            CheckpointingMode semantic)
            throws Exception {
        ((KvsSourceContext) context).streams(1);
        super.testTaskManagerFailure(environment, context, cluster, semantic);
    }
}
