/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.testing.EmbeddedKvs;
import io.github.flinkkvs.testing.behavior.Limits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import javax.annotation.Nullable;

import java.nio.file.Path;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The contract between the connector and the service. In the build, the service is the embedded one
 * with its quotas; in the profile contract-aws, it is AWS. Streams that were created are deleted
 * even if this is broken off.
 */
class ContractITCase {

    @Nullable private static EmbeddedKvs embedded;
    private static Report report;
    private static Service service;
    private static World world;

    @BeforeAll
    static void begin() throws Exception {
        Target target;
        if (Target.isGiven()) {
            target = Target.given();
            System.out.printf(
                    "Asking %1$s, with streams '%2$s', '%2$s-buffer' and '%2$s-live', which are deleted at"
                            + " the end%n",
                    target, target.stream);
        } else {
            embedded = EmbeddedKvs.builder().limits(Limits.service()).start();
            target = Target.of(embedded, false);
        }
        report = new Report(target);
        service = new Service(target);
        world = new World(service, report);
    }

    @TestFactory
    Stream<DynamicTest> statements() {
        return Contract.statements(world).stream()
                .map(
                        statement ->
                                DynamicTest.dynamicTest(
                                        statement.text, () -> Contract.check(statement, report)));
    }

    @AfterAll
    static void end() throws Exception {
        try {
            if (service != null) {
                service.end().forEach(report::left);
            }
        } finally {
            if (embedded != null) {
                assertThat(embedded.streams()).as("streams that are left").isEmpty();
                embedded.close();
            }
            if (report != null) {
                report.write(Path.of(System.getProperty("contract.report")));
                if (Target.isGiven()) {
                    System.out.println(report.text());
                }
            }
        }
    }
}
