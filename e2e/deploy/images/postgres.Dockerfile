# Stands for postgres:16-alpine where no image can be fetched.
FROM weir-test-debian
RUN install -d -o postgres -g postgres -m 0700 /var/lib/postgresql/data \
 && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/
USER postgres
COPY postgres.sh /postgres.sh
ENTRYPOINT ["/postgres.sh"]
