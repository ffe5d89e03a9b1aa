/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The REST API of a JobManager. It tells of nothing by itself, so what waits here asks again and
 * again, ten times a second. Thread-safe; calls block.
 *
 * <p>All methods throw a {@link ClusterException} with the JobManager's answer if that is an error,
 * or if there is none within 30 seconds.
 */
public final class FlinkRest {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private static final Set<String> ENDED = Set.of("FINISHED", "CANCELED", "FAILED", "SUSPENDED");

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(REQUEST_TIMEOUT)
                    .proxy(HttpClient.Builder.NO_PROXY)
                    .build();
    private final String url;

    /**
     * @param url of the web interface, without a slash at its end
     */
    public FlinkRest(String url) {
        this.url = url;
    }

    /** The address of the REST API and the web interface. */
    public String url() {
        return url;
    }

    /** Returns the answer to a GET request for a path that begins with a slash. */
    public JsonNode get(String path) {
        return send(request(path).GET());
    }

    /** The numbers of TaskManagers, slots and jobs. */
    public JsonNode overview() {
        return get("/overview");
    }

    /** Waits until as many TaskManagers are registered. */
    public void awaitTaskManagers(int number, Duration timeout) {
        await(
                number + " TaskManagers",
                this::overview,
                found -> found.get("taskmanagers").asInt() == number,
                timeout);
    }

    /** Uploads a jar and returns its id, for {@link #run}. */
    public String upload(Path jar) {
        String boundary = "----kvs";
        String head =
                "--%s\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"%s\"\r\n"
                                .formatted(boundary, jar.getFileName())
                        + "Content-Type: application/java-archive\r\n\r\n";
        try {
            JsonNode uploaded =
                    send(
                            request("/jars/upload")
                                    .header(
                                            "Content-Type",
                                            "multipart/form-data; boundary=" + boundary)
                                    .POST(
                                            BodyPublishers.concat(
                                                    BodyPublishers.ofString(head),
                                                    BodyPublishers.ofFile(jar),
                                                    BodyPublishers.ofString(
                                                            "\r\n--" + boundary + "--\r\n"))));
            String file = uploaded.get("filename").asText();
            return file.substring(file.lastIndexOf('/') + 1);
        } catch (IOException e) {
            throw new ClusterException("Cannot read the jar " + jar + ": " + e, e);
        }
    }

    /** Runs a jar that was uploaded, and returns the id of its job. */
    public String run(String jar, JarRun run) {
        return post("/jars/" + jar + "/run", run.json(mapper)).get("jobid").asText();
    }

    /** Returns the details of a job, with its vertices. */
    public JsonNode job(String job) {
        return get("/jobs/" + job);
    }

    /** Returns the status of a job, such as RUNNING. */
    public String status(String job) {
        return job(job).get("state").asText();
    }

    /** Returns why the job failed, and why it was restarted. */
    public JsonNode exceptions(String job) {
        return get("/jobs/" + job + "/exceptions");
    }

    /**
     * Waits until a job has a status.
     *
     * @throws ClusterException if the time is over, or if the job has ended with another status
     */
    public void awaitStatus(String job, String status, Duration timeout) {
        String found =
                await(
                        "the status " + status + " of job " + job,
                        () -> status(job),
                        state -> state.equals(status) || ENDED.contains(state),
                        timeout);
        if (!found.equals(status)) {
            throw new ClusterException(
                    "Job %s is %s, not %s: %s".formatted(job, found, status, exceptions(job)));
        }
    }

    /** Waits until all tasks of a job run, which is later than that the job does. */
    public void awaitTasks(String job, Duration timeout) {
        await(
                "all tasks of job " + job,
                () -> job(job),
                found -> {
                    for (JsonNode vertex : found.get("vertices")) {
                        if (!vertex.get("status").asText().equals("RUNNING")) {
                            return false;
                        }
                    }
                    return true;
                },
                timeout);
    }

    /** Returns the statistics of a job's checkpoints. */
    public JsonNode checkpoints(String job) {
        return get("/jobs/" + job + "/checkpoints");
    }

    /** Waits until the job has completed more checkpoints than when this is called. */
    public JsonNode awaitCheckpoint(String job, Duration timeout) {
        int before = completed(checkpoints(job));
        return await(
                "a checkpoint of job " + job,
                () -> checkpoints(job),
                found -> completed(found) > before,
                timeout);
    }

    private static int completed(JsonNode checkpoints) {
        return checkpoints.get("counts").get("completed").asInt();
    }

    /** Takes a savepoint into a folder, and returns its path. */
    public String savepoint(String job, Path folder, Duration timeout) {
        ObjectNode body = mapper.createObjectNode();
        body.put("target-directory", inFlink(folder));
        body.put("cancel-job", false);
        return savepoint(job, post("/jobs/" + job + "/savepoints", body), timeout);
    }

    /** Stops a job with a savepoint in a folder, waits for its end, and returns the path. */
    public String stopWithSavepoint(String job, Path folder, Duration timeout) {
        ObjectNode body = mapper.createObjectNode();
        body.put("targetDirectory", inFlink(folder));
        body.put("drain", false);
        String path = savepoint(job, post("/jobs/" + job + "/stop", body), timeout);
        awaitStatus(job, "FINISHED", timeout);
        return path;
    }

    /** Flink takes no escapes in the address of a folder: a space stays a space. */
    private static String inFlink(Path folder) {
        return "file:" + folder.toAbsolutePath();
    }

    private String savepoint(String job, JsonNode trigger, Duration timeout) {
        String path = "/jobs/" + job + "/savepoints/" + trigger.get("request-id").asText();
        JsonNode done =
                await(
                        "a savepoint of job " + job,
                        () -> get(path),
                        found -> found.get("status").get("id").asText().equals("COMPLETED"),
                        timeout);
        JsonNode location = done.get("operation").get("location");
        if (location == null) {
            throw new ClusterException(
                    "A savepoint of job %s failed: %s"
                            .formatted(
                                    job,
                                    done.get("operation")
                                            .path("failure-cause")
                                            .path("stack-trace")
                                            .asText()));
        }
        return location.asText();
    }

    /** Cancels a job and waits for its end. */
    public void cancel(String job, Duration timeout) {
        send(request("/jobs/" + job).method("PATCH", BodyPublishers.noBody()));
        awaitStatus(job, "CANCELED", timeout);
    }

    /**
     * Lets the next read of a job's metrics see what is now. Flink begins to collect metrics when
     * it is asked for some, and answers with what it collected the last time, however long ago that
     * was.
     *
     * @param interval metrics.fetcher.update-interval of the cluster
     */
    public void refreshMetrics(String job, String vertex, Duration interval)
            throws InterruptedException {
        // The first time it may have collected less than an interval ago.
        for (int i = 0; i < 2; i++) {
            metrics(job, vertex, List.of());
            TimeUnit.NANOSECONDS.sleep(2 * interval.toNanos());
        }
    }

    /**
     * Returns metrics of a vertex: an array of objects with {@code id} and {@code value}.
     *
     * @param names with the index of the subtask before each, as in {@code 0.numRecordsOut}; empty
     *     to list all names. The JobManager collects metrics every ten seconds, unless {@code
     *     metrics.fetcher.update-interval} says otherwise, and has none before that.
     */
    public JsonNode metrics(String job, String vertex, List<String> names) {
        return get(metricsPath(job, vertex, "metrics", names));
    }

    /** Returns metrics of the part of a source that is in the JobManager, as {@link #metrics}. */
    public JsonNode coordinatorMetrics(String job, String vertex, List<String> names) {
        return get(metricsPath(job, vertex, "jm-operator-metrics", names));
    }

    private static String metricsPath(String job, String vertex, String kind, List<String> names) {
        String path = "/jobs/%s/vertices/%s/%s".formatted(job, vertex, kind);
        return names.isEmpty()
                ? path
                : path
                        + "?get="
                        + URLEncoder.encode(String.join(",", names), StandardCharsets.UTF_8);
    }

    private JsonNode post(String path, JsonNode body) {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body.toString())));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path)).timeout(REQUEST_TIMEOUT);
    }

    private JsonNode send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        String what = request.method() + " " + request.uri();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new ClusterException(
                        what + ": HTTP " + response.statusCode() + ": " + response.body());
            }
            return mapper.readTree(response.body());
        } catch (IOException e) {
            throw new ClusterException(what + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("Interrupted in " + what, e);
        }
    }

    /**
     * Asks until an answer is accepted, and returns it.
     *
     * @param what is awaited, for the message
     * @throws ClusterException if the time is over, with the last answer
     */
    public static <T> T await(
            String what, Supplier<T> question, Predicate<T> accepted, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            T answer = question.get();
            if (accepted.test(answer)) {
                return answer;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new ClusterException(
                        "Waited %d s for %s: %s".formatted(timeout.toSeconds(), what, answer));
            }
            try {
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClusterException("Interrupted while waiting for " + what, e);
            }
        }
    }
}
