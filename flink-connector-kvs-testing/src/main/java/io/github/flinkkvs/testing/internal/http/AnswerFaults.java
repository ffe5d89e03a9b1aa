/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.internal.http;

import io.github.flinkkvs.testing.faults.Fault;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

import java.util.List;

/** Replaces or delays an answer as scripted faults say. */
public final class AnswerFaults {
    private AnswerFaults() {}

    /** How a service answers a call. Called on the event loop of its connection. */
    public interface Answers {
        /** As if there were no faults. */
        void truly();

        /** With an error in the service's own format. */
        void error(int status, String type, String message);

        /** Like a host that does not know the operation. */
        void wrongHost();

        /** Not at all; to be logged. */
        void none(String why);
    }

    /** Answers a call, applying its faults in order. */
    public static void answer(
            Vertx vertx, HttpServerRequest request, List<Fault> faults, Answers answers) {
        for (int i = 0; i < faults.size(); i++) {
            Fault fault = faults.get(i);
            switch (fault.kind()) {
                case ANSWER:
                    answers.error(fault.number(), fault.text(), fault.message());
                    return;
                case WRONG_ENDPOINT:
                    answers.wrongHost();
                    return;
                case RESET_BEFORE_ANSWER:
                    answers.none("reset");
                    ConnectionCut.reset(request.connection());
                    return;
                case SILENCE:
                    answers.none("silence");
                    return;
                case DELAY:
                    List<Fault> rest = faults.subList(i + 1, faults.size());
                    vertx.setTimer(
                            Math.max(1, fault.time().toMillis()),
                            id -> {
                                if (request.response().closed()) {
                                    answers.none("client gone");
                                } else {
                                    answer(vertx, request, rest, answers);
                                }
                            });
                    return;
                default:
                    // Concerns the body.
            }
        }
        answers.truly();
    }
}
