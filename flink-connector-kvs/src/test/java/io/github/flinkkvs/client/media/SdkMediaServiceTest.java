/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client.media;

import io.github.flinkkvs.client.sdk.CallPace;
import io.github.flinkkvs.client.sdk.CallWindow;
import io.github.flinkkvs.client.streams.StreamArn;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.awscore.DefaultAwsResponseMetadata;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoAsyncClient;
import software.amazon.awssdk.services.kinesisvideo.KinesisVideoServiceClientConfiguration;
import software.amazon.awssdk.services.kinesisvideo.model.GetDataEndpointRequest;
import software.amazon.awssdk.services.kinesisvideo.model.GetDataEndpointResponse;
import software.amazon.awssdk.services.kinesisvideomedia.KinesisVideoMediaAsyncClient;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaRequest;
import software.amazon.awssdk.services.kinesisvideomedia.model.GetMediaResponse;
import software.amazon.awssdk.services.kinesisvideomedia.model.KinesisVideoMediaResponseMetadata;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelector;
import software.amazon.awssdk.services.kinesisvideomedia.model.StartSelectorType;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import static org.assertj.core.api.Assertions.assertThat;

/** What the SDK may do to a call, in any order and more than once. Its clients are scripted. */
class SdkMediaServiceTest {

    private static final StreamArn ARN =
            StreamArn.parse("arn:aws:kinesisvideo:eu-central-1:123456789012:stream/camera/1");

    /** Calls do not wait in a queue. */
    private static final CallPace PACE = new CallPace(0, null);

    private final Control control = new Control();
    private final Media media = new Media();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final SdkMediaService service = service(Duration.ofMinutes(45), 32);
    private final Listener listener = new Listener();
    private final Body body = new Body();

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    @BeforeEach
    void answerEndpoints() {
        control.answer = "http://data-1.example";
    }

    @Test
    void sendsOneRequestAndBringsItsBody() {
        MediaCall call = open();
        call.request(1);
        media.transformer.onResponse(response());
        media.transformer.onStream(body);
        body.subscribe();
        assertThat(body.requested).isEqualTo(1);
        body.subscriber.onNext(ByteBuffer.wrap(new byte[3]));
        call.request(1);
        body.subscriber.onNext(ByteBuffer.wrap(new byte[4]));
        body.subscriber.onComplete();
        assertThat(listener.heard).containsExactly("response r-1 1000", "3", "4", "end");
        assertThat(media.requests)
                .singleElement()
                .extracting(r -> r.streamARN())
                .isEqualTo("" + ARN);
        assertThat(media.future).isCompleted();
    }

    @Test
    void whatIsAskedForBeforeTheBodyIsThereIsAskedForThen() {
        MediaCall call = open();
        call.request(1);
        media.transformer.onStream(body);
        assertThat(body.requested).isZero();
        body.subscribe();
        assertThat(body.requested).isEqualTo(1);
    }

    @Test
    void aBodyThatComesAfterTheCancelIsCancelled() {
        MediaCall call = open();
        call.request(1);
        media.transformer.onStream(body);
        call.cancel();
        body.subscribe();
        assertThat(body.requested).isZero();
        assertThat(body.cancelled).isTrue();
        assertThat(media.future).isCancelled();
    }

    @Test
    void aSecondSubscriptionIsCancelledAndTheFirstStays() {
        MediaCall call = open();
        media.transformer.onStream(body);
        body.subscribe();
        Body second = new Body();
        second.subscriber = body.subscriber;
        second.subscribe();
        assertThat(second.cancelled).isTrue();
        call.request(1);
        assertThat(body.requested).isEqualTo(1);
        assertThat(second.requested).isZero();
    }

    @Test
    void nothingIsToldAfterTheEnd() {
        open();
        media.transformer.onStream(body);
        body.subscribe();
        body.subscriber.onError(new IOException("reset"));
        body.subscriber.onError(new IOException("reset again"));
        media.transformer.exceptionOccurred(new IOException("and again"));
        media.transformer.onResponse(response());
        body.subscriber.onNext(ByteBuffer.wrap(new byte[3]));
        body.subscriber.onComplete();
        assertThat(listener.heard).containsExactly("error reset");
    }

    @Test
    void nothingIsToldAfterTheCancel() {
        MediaCall call = open();
        media.transformer.onStream(body);
        body.subscribe();
        call.cancel();
        call.cancel();
        body.subscriber.onNext(ByteBuffer.wrap(new byte[3]));
        media.transformer.exceptionOccurred(new IOException("cancelled"));
        body.subscriber.onError(new IOException("cancelled"));
        assertThat(listener.heard).isEmpty();
        assertThat(body.cancelled).isTrue();
    }

    @Test
    void aCallThatIsCancelledBeforeItIsSentIsNotSent() {
        MediaCall call = service.open(ARN, earliest(), listener);
        call.cancel();
        runTasks();
        assertThat(media.requests).isEmpty();
        assertThat(listener.heard).isEmpty();
    }

    @Test
    void aCallThatIsCancelledWhileItIsSentIsAborted() {
        MediaCall call = service.open(ARN, earliest(), listener);
        media.whileSending = call::cancel;
        runTasks();
        assertThat(media.future).isCancelled();
    }

    @Test
    void theSdkMayNotRepeatACall() {
        MediaCall call = open();
        call.request(1);
        media.transformer.onStream(body);
        body.subscribe();
        body.subscriber.onNext(ByteBuffer.wrap(new byte[3]));
        media.transformer.prepare();
        Body again = new Body();
        media.transformer.onStream(again);
        again.subscribe();
        assertThat(again.cancelled).isTrue();
        assertThat(listener.heard).containsExactly("3", "error The SDK repeats a call for media");
    }

    @Test
    void anErrorOfTheCallIsTold() {
        open();
        media.future.completeExceptionally(new IOException("refused"));
        assertThat(listener.heard).containsExactly("error refused");
    }

    @Test
    void anErrorWhileSendingIsTold() {
        media.whileSending =
                () -> {
                    throw new IllegalArgumentException("no credentials");
                };
        open();
        assertThat(listener.heard).containsExactly("error no credentials");
    }

    // ---- endpoints ----------------------------------------------------------------------------

    @Test
    void theEndpointIsAskedForOnceUntilItIsForgotten() {
        open();
        open();
        assertThat(control.asked).isEqualTo(1);
        service.forgetEndpoint(ARN);
        open();
        assertThat(control.asked).isEqualTo(2);
    }

    @Test
    void anEndpointThatIsOldIsAskedForAgain() {
        SdkMediaService impatient = service(Duration.ZERO, 32);
        impatient.open(ARN, earliest(), listener);
        impatient.open(ARN, earliest(), listener);
        runTasks();
        assertThat(control.asked).isEqualTo(2);
    }

    @Test
    void aFailureToGetTheEndpointIsToldAndNotRemembered() {
        control.answer = null;
        open();
        assertThat(listener.heard).containsExactly("error throttled");
        assertThat(media.requests).isEmpty();
        control.answer = "http://data-2.example";
        open();
        assertThat(media.requests).hasSize(1);
    }

    @Test
    void anEndpointThatIsNoUriIsTold() {
        control.answer = "no uri";
        open();
        assertThat(listener.heard)
                .singleElement()
                .asString()
                .startsWith("error ")
                .contains("no uri");
    }

    /** A control plane that is encrypted does not lead to media, and requests, in clear text. */
    @Test
    void anEndpointIsAsEncryptedAsTheControlPlane() {
        for (URI encrypted : new URI[] {null, URI.create("https://control.example")}) {
            control.override = encrypted;
            service.forgetEndpoint(ARN);
            listener.heard.clear();
            control.answer = "http://data-1.example";
            open();
            assertThat(listener.heard)
                    .containsExactly(
                            "error The service answered GetDataEndpoint with"
                                    + " 'http://data-1.example', which is not encrypted, although"
                                    + " the control plane is");
            assertThat(media.requests).isEmpty();
        }
        control.answer = "https://data-1.example";
        open();
        assertThat(media.requests).hasSize(1);
    }

    /** What makes room for the next call if only one may be without an answer. */
    @Test
    void aCallIsSentWhenTheOneBeforeItIsAnsweredOrOver() {
        Map<String, Consumer<MediaCall>> ends = new LinkedHashMap<>();
        ends.put("answer", call -> media.transformer.onResponse(response()));
        ends.put("cancel", MediaCall::cancel);
        ends.put("error", call -> media.future.completeExceptionally(new IOException("reset")));
        ends.put("refusal", call -> media.transformer.exceptionOccurred(new IOException("400")));
        ends.put("end", call -> ((Subscriber<?>) media.transformer).onComplete());
        SdkMediaService narrow = service(Duration.ofMinutes(45), 1);
        ends.forEach(
                (name, end) -> {
                    int before = media.requests.size();
                    MediaCall first = narrow.open(ARN, earliest(), listener);
                    runTasks();
                    MediaCall second = narrow.open(ARN, earliest(), listener);
                    MediaCall third = narrow.open(ARN, earliest(), listener);
                    runTasks();
                    assertThat(media.requests).as(name).hasSize(before + 1);
                    // It waits, and never begins.
                    second.cancel();
                    end.accept(first);
                    runTasks();
                    assertThat(media.requests).as(name).hasSize(before + 2);
                    third.cancel();
                });
    }

    @Test
    void aCallHasItsTurnWhenItIsSent() {
        SdkMediaService narrow = service(Duration.ofMinutes(45), 1);
        narrow.open(ARN, earliest(), listener);
        runTasks();
        assertThat(listener.turns).isEqualTo(1);
        narrow.open(ARN, earliest(), listener);
        runTasks();
        assertThat(listener.turns).isEqualTo(1);
        media.transformer.onResponse(response());
        runTasks();
        assertThat(listener.turns).isEqualTo(2);
    }

    // ---- scripted -----------------------------------------------------------------------------

    private SdkMediaService service(Duration refreshInterval, int places) {
        CallWindow window = new CallWindow(places, TimeUnit.HOURS.toNanos(1), tasks::add, timer);
        return new SdkMediaService(
                region -> media,
                new DataEndpoints(region -> control, refreshInterval, PACE, window),
                UnaryOperator.identity(),
                window);
    }

    private MediaCall open() {
        MediaCall call = service.open(ARN, earliest(), listener);
        runTasks();
        return call;
    }

    private void runTasks() {
        while (!tasks.isEmpty()) {
            tasks.poll().run();
        }
    }

    private static StartSelector earliest() {
        return StartSelector.builder().startSelectorType(StartSelectorType.EARLIEST).build();
    }

    private static GetMediaResponse response() {
        GetMediaResponse.Builder response = GetMediaResponse.builder();
        response.sdkHttpResponse(
                SdkHttpResponse.builder()
                        .statusCode(200)
                        .putHeader("Date", "Thu, 01 Jan 1970 00:00:01 GMT")
                        .build());
        response.responseMetadata(
                KinesisVideoMediaResponseMetadata.create(
                        DefaultAwsResponseMetadata.create(Map.of("AWS_REQUEST_ID", "r-1"))));
        return response.build();
    }

    private static final class Control implements KinesisVideoAsyncClient {
        private String answer;
        private int asked;

        /** Null for that of AWS. */
        private URI override = URI.create("http://control.example");

        @Override
        public KinesisVideoServiceClientConfiguration serviceClientConfiguration() {
            return KinesisVideoServiceClientConfiguration.builder()
                    .endpointOverride(override)
                    .build();
        }

        @Override
        public CompletableFuture<GetDataEndpointResponse> getDataEndpoint(
                GetDataEndpointRequest request) {
            asked++;
            return answer == null
                    ? CompletableFuture.failedFuture(new IOException("throttled"))
                    : CompletableFuture.completedFuture(
                            GetDataEndpointResponse.builder().dataEndpoint(answer).build());
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    /** Keeps the last call. */
    private static final class Media implements KinesisVideoMediaAsyncClient {
        private final List<GetMediaRequest> requests = new ArrayList<>();
        private Runnable whileSending = () -> {};
        private AsyncResponseTransformer<GetMediaResponse, ?> transformer;
        private CompletableFuture<?> future;

        @Override
        public <T> CompletableFuture<T> getMedia(
                GetMediaRequest request,
                AsyncResponseTransformer<GetMediaResponse, T> newTransformer) {
            requests.add(request);
            transformer = newTransformer;
            CompletableFuture<T> result = new CompletableFuture<>();
            future = result;
            newTransformer
                    .prepare()
                    .whenComplete(
                            (value, error) -> {
                                if (error == null) {
                                    result.complete(value);
                                } else {
                                    result.completeExceptionally(error);
                                }
                            });
            whileSending.run();
            return result;
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Body implements SdkPublisher<ByteBuffer>, Subscription {
        private Subscriber<? super ByteBuffer> subscriber;
        private long requested;
        private boolean cancelled;

        @Override
        public void subscribe(Subscriber<? super ByteBuffer> newSubscriber) {
            subscriber = newSubscriber;
        }

        /** Answers when the test says so. */
        private void subscribe() {
            subscriber.onSubscribe(this);
        }

        @Override
        public void request(long n) {
            requested += n;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }

    private static final class Listener implements MediaListener {
        private final List<String> heard = new ArrayList<>();

        private int turns;

        @Override
        public void onTurn() {
            turns++;
        }

        @Override
        public void onResponse(String requestId, long serviceTimeMillis) {
            heard.add("response " + requestId + " " + serviceTimeMillis);
        }

        @Override
        public void onBytes(ByteBuffer bytes) {
            heard.add(Integer.toString(bytes.remaining()));
        }

        @Override
        public void onEnd() {
            heard.add("end");
        }

        @Override
        public void onError(Throwable error) {
            heard.add(
                    "error " + (error.getCause() == null ? error : error.getCause()).getMessage());
        }
    }
}
