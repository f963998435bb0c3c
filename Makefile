# The commands of the house. Each makes the environment first, when it is missing or out of date.
.PHONY: demo test bench lint requirements
.DEFAULT_GOAL := test

demo: .venv/ready
	.venv/bin/postdesk demo $(if $(PACK),--pack $(PACK))

test: .venv/ready
	.ci/servers
	$(MAKE) --no-print-directory lint
	.venv/bin/python -m pytest -n 2 --dist worksteal $(PYTEST)

lint: .venv/ready
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/ready
	.venv/bin/python -m bench $(if $(CORPUS),--corpus $(CORPUS)) $(BENCH)

requirements: .venv/ready
	.venv/bin/python -m pip install --quiet uv
	.venv/bin/uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 --upgrade --quiet \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --output-file requirements.txt

.venv/ready: requirements.txt pyproject.toml .ci/environment
	.ci/environment
