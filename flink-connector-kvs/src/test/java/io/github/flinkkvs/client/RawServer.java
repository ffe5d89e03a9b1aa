/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads HTTP requests, and answers them with any bytes: no HTTP library would write these. */
final class RawServer implements AutoCloseable {

    /** Writes an answer. The connection closes when it returns. */
    @FunctionalInterface
    interface Answer {
        void write(OutputStream out) throws IOException;
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)\r\n");

    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final ExecutorService threads =
            Executors.newCachedThreadPool(task -> new Thread(task, "raw-server"));
    private final List<Socket> connections = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    /** The heads of the requests, in the order of their arrival. */
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());

    RawServer() throws IOException {
        threads.execute(this::accept);
    }

    /** What a path is answered with, from now on; in Latin-1. */
    void answer(String path, String bytes) {
        answer(path, out -> out.write(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    void answer(String path, Answer answer) {
        answers.put(path, answer);
    }

    /** A complete answer in JSON. */
    void answerJson(String path, String json) {
        answer(path, json("200 OK", "application/json", json));
    }

    static String json(String status, String type, String body) {
        return "HTTP/1.1 "
                + status
                + "\r\nContent-Type: "
                + type
                + "\r\nContent-Length: "
                + body.length()
                + "\r\nConnection: close\r\n\r\n"
                + body;
    }

    String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.add(connection);
                threads.execute(() -> serve(connection));
            } catch (IOException e) {
                // The server is closed.
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            String head = readHead(in);
            if (head.isEmpty()) {
                return;
            }
            Matcher length = LENGTH.matcher(head);
            in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
            requests.add(head);
            Answer answer = answers.get(head.split(" ", 3)[1]);
            if (answer != null) {
                answer.write(connection.getOutputStream());
                connection.shutdownOutput();
                // Until the client closes, too, so that nothing it sends resets the connection.
                in.readAllBytes();
            }
        } catch (IOException e) {
            // The client has gone away.
        }
    }

    private static String readHead(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int last = 0;
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.write(next);
            last = last << 8 | next;
            if (last == 0x0D0A0D0A) {
                return head.toString(StandardCharsets.ISO_8859_1);
            }
        }
        return "";
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : new ArrayList<>(connections)) {
            connection.close();
        }
        threads.shutdownNow();
    }
}
