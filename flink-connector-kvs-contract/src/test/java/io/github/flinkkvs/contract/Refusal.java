/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.contract;

import io.github.flinkkvs.client.errors.ErrorClass;
import io.github.flinkkvs.client.errors.ErrorTable;

import software.amazon.awssdk.awscore.exception.AwsServiceException;

import javax.annotation.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/** An error answer of the service. Immutable. */
final class Refusal {

    private final Throwable failure;
    private final AwsServiceException answer;

    private Refusal(Throwable failure, AwsServiceException answer) {
        this.failure = failure;
        this.answer = answer;
    }

    /** Something that calls the service. */
    interface Call {
        void make() throws Exception;
    }

    /** The answer to a call, which must be an error. */
    static Refusal of(Call call) {
        try {
            call.make();
        } catch (Throwable failure) {
            return of(failure);
        }
        throw new AssertionError("The service accepted the call");
    }

    /** The answer that a call failed with; it must be one of the service. */
    static Refusal of(@Nullable Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof AwsServiceException) {
                return new Refusal(failure, (AwsServiceException) t);
            }
        }
        throw new AssertionError("Not refused by the service, but " + failure, failure);
    }

    /** The name of the error and the HTTP status, such as ResourceNotFoundException 404. */
    String text() {
        String code =
                answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorCode();
        return (code == null || code.isEmpty() ? "no code" : code) + " " + answer.statusCode();
    }

    /** Checks name and status, and what the connector does about them. */
    Refusal is(String text, ErrorClass meaning) {
        assertThat(text()).as(answer.getMessage()).isEqualTo(text);
        assertThat(ErrorTable.classify(failure)).as(answer.getMessage()).isEqualTo(meaning);
        return this;
    }

    /** The service's own words. */
    String message() {
        return String.valueOf(
                answer.awsErrorDetails() == null ? null : answer.awsErrorDetails().errorMessage());
    }
}
