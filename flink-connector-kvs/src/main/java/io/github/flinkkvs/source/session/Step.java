/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source.session;

import io.github.flinkkvs.client.streams.StreamArn;
import io.github.flinkkvs.source.metrics.KvsReaderMetrics.ReconnectCause;
import io.github.flinkkvs.source.session.PositionSearch.Question;
import io.github.flinkkvs.source.split.FragmentPosition;

import javax.annotation.Nullable;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** What a session does next. */
final class Step {

    enum Kind {
        /** Read again, after {@link #delayNanos()}. */
        CALL,
        /** Ask for the stream's description, because of {@link #question()}. */
        LOOK_UP,
        /** Leave out the fragment at {@link #position()}, and continue after it. */
        LEAVE_OUT,
        /** Read the stream {@link #arn()} instead. */
        SWITCH,
        /** Read nothing more: the stop is reached. */
        FINISH,
        /** Read nothing more, and nothing again: the stream was deleted. */
        FINISH_DELETED,
        /** Fail the job with {@link #message()} and {@link #cause()}. */
        FAIL
    }

    private final Kind kind;
    private long delayNanos;
    @Nullable private ReconnectCause reconnectCause;
    private boolean forgetsEndpoint;
    @Nullable private Question question;
    @Nullable private FragmentPosition position;
    @Nullable private StreamArn arn;
    @Nullable private String message;
    @Nullable private Throwable cause;
    private OptionalLong caughtUpAtMillis = OptionalLong.empty();

    private Step(Kind kind) {
        this.kind = kind;
    }

    /**
     * @param reconnectCause the reason that is counted; null for a call that only continues what
     *     was begun
     */
    static Step call(long delayNanos, @Nullable ReconnectCause reconnectCause) {
        Step step = new Step(Kind.CALL);
        step.delayNanos = delayNanos;
        step.reconnectCause = reconnectCause;
        return step;
    }

    static Step lookUp(Question question) {
        Step step = new Step(Kind.LOOK_UP);
        step.question = question;
        return step;
    }

    static Step leaveOut(FragmentPosition position) {
        Step step = new Step(Kind.LEAVE_OUT);
        step.position = position;
        return step;
    }

    static Step switchTo(StreamArn arn) {
        Step step = new Step(Kind.SWITCH);
        step.arn = arn;
        step.forgetsEndpoint = true;
        return step;
    }

    static Step finish() {
        return new Step(Kind.FINISH);
    }

    static Step finishDeleted() {
        return new Step(Kind.FINISH_DELETED);
    }

    static Step fail(String message, @Nullable Throwable cause) {
        Step step = new Step(Kind.FAIL);
        step.message = message;
        step.cause = cause;
        return step;
    }

    /** The same, but looks up the data endpoint again before the next call. */
    Step atNewEndpoint() {
        forgetsEndpoint = true;
        return this;
    }

    /** The same, with the stream caught up to this moment of the service's clock: epoch millis. */
    Step caughtUpAt(long serviceTimeMillis) {
        caughtUpAtMillis = OptionalLong.of(serviceTimeMillis);
        return this;
    }

    Kind kind() {
        return kind;
    }

    long delayNanos() {
        return delayNanos;
    }

    @Nullable
    ReconnectCause reconnectCause() {
        return reconnectCause;
    }

    boolean forgetsEndpoint() {
        return forgetsEndpoint;
    }

    Question question() {
        return question;
    }

    FragmentPosition position() {
        return position;
    }

    StreamArn arn() {
        return arn;
    }

    String message() {
        return message;
    }

    @Nullable
    Throwable cause() {
        return cause;
    }

    /** The time up to which the stream is caught up, if known: epoch millis. */
    OptionalLong caughtUpAtMillis() {
        return caughtUpAtMillis;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(kind.name());
        switch (kind) {
            case CALL:
                text.append(' ').append(TimeUnit.NANOSECONDS.toMillis(delayNanos));
                text.append(reconnectCause == null ? "" : " " + reconnectCause);
                break;
            case LOOK_UP:
                text.append(' ').append(question);
                break;
            case LEAVE_OUT:
                text.append(' ').append(position.number());
                break;
            case SWITCH:
                text.append(' ').append(arn);
                break;
            case FAIL:
                text.append(' ').append(message);
                break;
            default:
                break;
        }
        text.append(forgetsEndpoint ? ", at a new endpoint" : "");
        caughtUpAtMillis.ifPresent(millis -> text.append(", caught up at ").append(millis));
        return text.toString();
    }
}
