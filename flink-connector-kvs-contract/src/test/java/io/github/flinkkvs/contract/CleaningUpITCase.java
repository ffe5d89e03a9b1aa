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
import io.github.flinkkvs.testing.EmbeddedStream;
import io.github.flinkkvs.testing.faults.Fault;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Whatever happens, no stream that costs money is left without a word. */
class CleaningUpITCase {

    private EmbeddedKvs kvs;
    private Target target;
    private Service service;

    @BeforeEach
    void start() {
        kvs = EmbeddedKvs.start();
        target = Target.of(kvs, false);
        service = new Service(target);
    }

    @AfterEach
    void stop() {
        kvs.close();
    }

    @Test
    void streamsGoIfNothingCanBePushed() {
        kvs.faults().everyCall("PutMedia", Fault.internalFailure());
        assertThatThrownBy(() -> new World(service, new Report(target)))
                .hasMessageContaining("PutMedia failed");
        assertThat(kvs.streams()).hasSize(3);
        assertThat(service.end()).isEmpty();
        assertThat(kvs.streams()).isEmpty();
    }

    @Test
    void aStreamThatExistsIsRefusedAndStays() {
        EmbeddedStream other = kvs.createStream(target.stream);
        assertThatThrownBy(() -> new World(service, new Report(target)))
                .hasMessageContaining("There is a stream 'contract' already");
        assertThat(service.end()).isEmpty();
        assertThat(kvs.streams()).extracting(EmbeddedStream::arn).containsExactly(other.arn());
    }

    @Test
    void theReportNamesWhatIsLeft() throws Exception {
        String arn = service.create(target.stream, 1).streamARN();
        kvs.faults().everyCall("DeleteStream", Fault.internalFailure());
        Report report = new Report(target);
        service.end().forEach(report::left);
        assertThat(report.text())
                .contains("Delete these streams, which cost money")
                .contains("- " + arn + ": ");
    }
}
